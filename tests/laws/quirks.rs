//! What the products write that the samples do not show.

use sfcred_formats::{all, detect};

fn detected(text: &str) -> &'static str {
    detect(all(), text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")).format.spec.id.as_str()
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
        ("name,url,username,password,note", "chrome-csv"),
    ] {
        assert_eq!(detected(header), id, "{header}");
    }
}
