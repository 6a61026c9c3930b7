//! What stands in the files of both programs.

use super::*;
use crate::keys::{Found, outcome};
use crate::{Input, Notice, all, detect};

const T24: &str = "Qx7LmT2vRk9ZpB4nWc6HdY1s";

fn found(text: &str) -> Vec<Found> {
    outcome(Syntax::Xml, text).unwrap().found
}

fn shown(text: &str) -> Vec<String> {
    let show = |Found { record, .. }: &Found| {
        let token = record.token.as_ref().map_or("-", |token| token.expose());
        format!("{} {} {token} {}", record.username, record.password.expose(), record.urls.join(","))
    };
    found(text).iter().map(show).collect()
}

fn mule(inside: &str) -> String {
    format!(
        "<mule xmlns:salesforce=\"http://www.mulesoft.org/schema/mule/salesforce\" xmlns=\"http://www.mulesoft.org/schema/mule/core\">\n{inside}\n\
         <http:request-config name=\"Salesforce_HTTP\"><http:basic-authentication username=\"x\" password=\"y\"/></http:request-config></mule>"
    )
}

fn step(kind: &str, parts: &[(&str, &str)]) -> String {
    let parts = parts.iter().map(|(name, value)| format!("<{name}>{value}</{name}>\n")).collect::<Vec<_>>().concat();
    format!("<step><name>Salesforce</name><type>{kind}</type>\n{parts}<fields><field><type>String</type></field></fields></step>\n")
}

#[test]
fn connections_of_mule() {
    let connection = |name: &str, url: &str| {
        format!("<salesforce:sfdc-config name=\"{name}\"><salesforce:basic-connection username=\"{name}@a.example\" password=\"p&amp;{name}\" securityToken=\"{T24}\"{url}/></salesforce:sfdc-config>\n")
    };
    let two = connection("a", " url=\"https://test.salesforce.com/services/Soap/u/56.0\"") + &connection("b", "");
    let expected = [format!("a@a.example p&a {T24} https://test.salesforce.com/services/Soap/u/56.0"), format!("b@a.example p&b {T24} ")];
    assert_eq!(shown(&mule(&two)), expected);
    // Mule 3, and a proxy that is not Salesforce's.
    let old = format!("<sfdc:config name=\"S\" username=\"a@a.example\" password=\"p\" securityToken=\"{T24}\" proxyUsername=\"x\" proxyPassword=\"y\"/>");
    assert_eq!(shown(&mule(&old)), [format!("a@a.example p {T24} ")]);
    let proxy = connection("c", "") + "<salesforce:proxy-configuration host=\"h\" username=\"x\" password=\"y\"/>";
    assert_eq!(shown(&mule(&proxy)).len(), 1);
}

#[test]
fn references_are_told_and_left_empty() {
    for (password, token, kinds) in [
        ("${sfdc.password}", "${secure::sfdc.token}", &["a variable", "a secure property of Mule"][..]),
        ("![FakeFakeFake==]", "#[p('sfdc.token')]", &["a secure property of Mule", "an expression of Mule"]),
        ("a${b}", "${x}", &["a variable"]),
    ] {
        let text = mule(&format!(
            "<salesforce:sfdc-config><salesforce:basic-connection username=\"a@a.example\" password=\"{password}\" securityToken=\"{token}\"/></salesforce:sfdc-config>"
        ));
        let found = found(&text);
        assert_eq!(shown(&text), ["a@a.example  - "], "{password}");
        let told: Vec<Notice> = kinds.iter().map(|kind| Notice::KeptElsewhere(kind)).collect();
        assert_eq!(found[0].notices, told, "{password}");
    }
    for password in ["${SF_PASSWORD}", "%%SF_PASSWORD%%"] {
        let text = step("SalesforceInput", &[("username", "a@a.example"), ("password", password)]);
        assert_eq!(found(&text)[0].notices, [Notice::KeptElsewhere("a variable")], "{password}");
        assert_eq!(shown(&text), ["a@a.example  - "]);
    }
}

#[test]
fn steps_of_kettle() {
    let url = ("targeturl", "https://login.salesforce.com/services/Soap/u/60.0");
    let admin = ("password", "Encrypted 2be98afc86aa7f2e4cb79ce71da9fa6d4");
    let joined = format!("Quartz-Lantern-42!{T24}");
    let all = ["SalesforceInput", "SalesforceInsert", "SalesforceUpdate", "SalesforceUpsert", "SalesforceDelete"];
    let steps = all.map(|kind| step(kind, &[url, ("username", "a@a.example"), admin])).concat();
    let others = step("TableInput", &[("username", "x"), admin]) + &step("SalesforceInput", &[url, ("username", "b@a.example"), ("password", &joined)]);
    let document = format!("<transformation><connection><name>Salesforce</name><username>x</username>\n<password>y</password></connection>{steps}{others}</transformation>");
    let found = found(&document);
    assert_eq!(shown(&document)[..5], [0; 5].map(|_| format!("a@a.example admin - {}", url.1)));
    assert_eq!(shown(&document)[5..], [format!("b@a.example {joined} - {}", url.1)]);
    assert_eq!((&found[0].notices[..], &found[5].notices[..]), (&[][..], &[Notice::Appended][..]));
    assert_eq!((found[0].line, found[0].password_line), (4, Some(5)));
    let flaws = outcome(Syntax::Xml, &step("SalesforceInput", &[("username", "a@a.example"), ("password", "Encrypted 00")])).unwrap().flaws;
    assert_eq!(flaws[0].to_string(), "line 3: `password`: not what Kettle writes behind `Encrypted`");
}

#[test]
fn only_these_documents_are_recognised() {
    let id = |text: &str| {
        let mut input = Input::open(Box::new(text.as_bytes()), &Limits::default()).unwrap();
        detect(all(), &mut input).map(|found| found.format.spec.id.clone()).map_err(|error| error.to_string())
    };
    let mule_3 = mule("<sfdc:config username=\"a@a.example\"/>");
    for text in [mule("<salesforce:sfdc-config/>"), mule_3, format!("<transformation>{}</transformation>", step("SalesforceInput", &[]))] {
        assert_eq!(id(&text).as_deref(), Ok("xml-config"), "{text}");
    }
    for (text, root) in [(mule(""), "mule"), (format!("<transformation>{}</transformation>", step("TableInput", &[])), "transformation")] {
        assert_eq!(id(&text), Err(format!("an XML document with the root <{root}>, which is of no known format")));
    }
}
