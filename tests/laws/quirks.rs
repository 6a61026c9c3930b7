//! What the products write that the samples do not show.

use sfcred_formats::{Record, all, detect, find};

use crate::machine::read;

fn detected(text: &str) -> &'static str {
    detect(all(), text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")).format.spec.id.as_str()
}

/// The record as a person would look at it: its username, its URLs, and its fields.
fn shown(record: &Record) -> (&str, Vec<&str>, Vec<(&str, &str)>) {
    let fields = record.fields.iter().map(|field| (field.label.as_ref(), field.value.expose()));
    (&record.username, record.urls.iter().map(String::as_str).collect(), fields.collect())
}

#[test]
fn tables_of_the_same_words_are_told_apart() {
    for (header, id) in [
        ("Title,Username,URL,Password,Notes,Group", "passbolt-csv"),
        ("Title,Username,URL,Password,Notes,Group,TOTP", "passbolt-csv"),
        ("Group,Title,Username,Password,URL,Notes", "keepassxc-csv"),
        ("Group,Title,Username,Password,URL,Notes,TOTP", "keepassxc-csv"),
        ("Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes", "1password-csv"),
        ("Title,URL,Username,Password,Notes,OTPAuth", "apple-csv"),
        ("Title,Login,Password,URL,Notes,OTP", "safeincloud-csv"),
        ("username,title,password,note,url,category,otpSecret", "dashlane-csv"),
        ("username,username2,username3,title,password,note,url,category,otpUrl", "dashlane-csv"),
        ("name,url,username,password,note", "chrome-csv"),
    ] {
        assert_eq!(detected(header), id, "{header}");
    }
}

#[test]
fn the_next_username_of_dashlane_stands_in() {
    let text = "username,username2,username3,title,password,note,url,category,otpUrl\r\n\
        ,second@a.example,third@a.example,A,Fake-1,,https://login.salesforce.com,,\r\n\
        ,,third@b.example,B,Fake-2,,https://login.salesforce.com,,\r\n\
        first@c.example,second@c.example,,C,Fake-3,,https://login.salesforce.com,,\r\n";
    let records = read(find("dashlane-csv").unwrap(), text.as_bytes());
    let urls = || vec!["https://login.salesforce.com"];
    assert_eq!(shown(&records[0]), ("second@a.example", urls(), vec![("Username 3", "third@a.example")]));
    assert_eq!(shown(&records[1]), ("third@b.example", urls(), vec![]));
    assert_eq!(shown(&records[2]), ("first@c.example", urls(), vec![("Username 2", "second@c.example")]));
}
