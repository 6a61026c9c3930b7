//! What is read and what is refused.

use super::*;

/// The text of every `<v>` in a document with the root `<r>`.
fn read(document: &[u8]) -> Result<Vec<String>> {
    let mut input = document;
    let mut xml = Xml::new(&mut input, &Limits { element: 1000, ..Limits::default() });
    xml.root("r")?;
    let mut texts = Vec::new();
    while let Some(name) = xml.child(&["v"])? {
        if name == "v" {
            texts.push(xml.text()?.to_string());
        }
    }
    xml.finish()?;
    Ok(texts)
}

#[test]
fn text_comes_as_it_is_meant() {
    for (document, text) in [
        ("<r><v> a &lt;&amp;&gt;&quot;&apos;&#x41;&#66; </v></r>", " a <&>\"'AB "),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><r a='1'>\n<v>a<!-- b -->c<?d e?></v></r>\n<!-- d -->\n", "ac"),
        ("<r><v><![CDATA[<a>&amp;]]></v></r>", "<a>&amp;"),
        ("<r><v>a\r\nb\rc\nd&#13;&#10;</v></r>", "a\nb\nc\nd\r\n"),
        ("<r><v/></r>", ""),
        ("<r><v>é密\u{1F511}</v></r>", "é密\u{1F511}"),
    ] {
        assert_eq!(read(document.as_bytes()).unwrap(), [text], "{document}");
    }
}

#[test]
fn what_is_written_comes_back() {
    for text in ["a&b<c>d\"e'f", "a\r\nb\rc\nd\t", " edges ", "]]>", "&amp;", "\u{7F}\u{85}\u{FEFF}\u{1F511}"] {
        let mut document = b"<r><v>".to_vec();
        write_text(&mut document, text).unwrap();
        document.extend_from_slice(b"</v></r>");
        assert_eq!(read(&document).unwrap(), [text]);
    }
    for text in ["\0", "a\u{1}b", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
        assert!(write_text(&mut Vec::new(), text).is_err(), "{text:?}");
    }
}

#[test]
fn what_is_not_well_formed_is_refused() {
    let deep = format!("<r>{}</r>", "<deep>".repeat(100_000));
    let attributes = format!("<r><v {}/></r>", (0..65).map(|number| format!("a{number}='' ")).collect::<Vec<_>>().concat());
    let long = format!("<r><v>{}</v></r>", "x".repeat(70_000));
    let pieces = format!("<r><v>{}</v></r>", "&#65;".repeat(1001));
    for (document, what) in [
        ("", "the file ends in the middle"),
        ("   \n", "the file ends in the middle"),
        ("<r>", "the file ends in the middle"),
        ("<r><v>a", "the file ends in the middle"),
        ("<r><v>a</v", "the file ends in the middle"),
        ("<r><v a='", "the file ends in the middle"),
        ("<r></r><r></r>", "something behind the end of the document"),
        ("<r></r>text", "something behind the end of the document"),
        ("text<r></r>", "not well-formed XML"),
        ("<r></v>", "not well-formed XML"),
        ("<r><v></r>", "not well-formed XML"),
        ("</r>", "not well-formed XML"),
        ("<q></q>", "another root than <r>"),
        ("<r>text</r>", "text between elements"),
        ("<r><v><w/></v></r>", "an element where there should be text"),
        ("<r><v a='<'/></r>", "not well-formed XML"),
        ("<r><v a='1' a='2'/></r>", "not well-formed XML"),
        ("<r><v a=1/></r>", "not well-formed XML"),
        ("<r><v a='&e;'/></r>", "not well-formed XML"),
        ("<r><1/></r>", "not well-formed XML"),
        ("<r><v>]]></v></r>", "not well-formed XML"),
        ("<r><v>a & b</v></r>", "not well-formed XML"),
        ("<r><v>&e;</v></r>", "a reference to a character that does not exist"),
        ("<r><v>&#0;</v></r>", "a reference to a character that does not exist"),
        ("<r><v>&#1;</v></r>", "a reference to a character that does not exist"),
        ("<r><v>&#xD800;</v></r>", "a reference to a character that does not exist"),
        ("<r><v>&#99999999999;</v></r>", "a reference to a character that does not exist"),
        ("<r><v>a\0</v></r>", "a NUL character, which XML cannot hold"),
        ("<r><v>\u{1}</v></r>", "a control character, which XML cannot hold"),
        ("<r><v>\u{FFFF}</v></r>", "a control character, which XML cannot hold"),
        ("<!DOCTYPE r><r/>", "a document type, which no export has"),
        ("<!DOCTYPE r [<!ENTITY e \"x\">]><r><v>&e;</v></r>", "a document type, which no export has"),
        ("<r><?xml version='1.0'?></r>", "an XML declaration in the middle"),
        ("<?xml version='1.0' encoding='latin-1'?><r/>", "in another encoding than UTF-8"),
        (&deep, "elements stand in each other deeper than 128, the limit"),
        (&attributes, "more than 64 attributes, the limit for one element"),
        (&long, "one value is longer than 1000 bytes, the limit"),
        (&pieces, "one value is longer than 1000 bytes, the limit"),
    ] {
        let shown: String = document.chars().take(60).collect();
        let error = read(document.as_bytes()).expect_err(&shown);
        assert_eq!(error.to_string().split_once(": ").unwrap().1, what, "{shown}");
        assert!(error.hint_text().is_some());
    }
    let error = read(b"<r>\n<v>\xE4</v></r>").unwrap_err();
    assert_eq!(error.to_string(), "line 2: not valid UTF-8");
}

#[test]
fn characters_may_stand_on_the_edge_of_a_chunk() {
    for before in 65_500..65_540 {
        let document = format!("<r>{}<v>a\r\n密\r\u{1F511}</v></r>", " \n".repeat(before / 2) + &" ".repeat(before % 2));
        let mut input = document.as_bytes();
        let mut xml = Xml::new(&mut input, &Limits::default());
        xml.root("r").unwrap();
        assert_eq!(xml.child(&["v"]).unwrap(), Some("v"));
        assert_eq!(xml.text().unwrap().as_str(), "a\n密\n\u{1F511}", "{before}");
    }
}

#[test]
fn a_document_type_is_taken_where_it_is_expected() {
    let read = |document: &str| {
        let mut input = document.as_bytes();
        let mut xml = Xml::new(&mut input, &Limits { element: 1000, ..Limits::default() }).with_doctype();
        xml.root("r")?;
        xml.skip()?;
        xml.finish()
    };
    for document in [
        "<r/>",
        "<!DOCTYPE r><r/>",
        "<?xml version='1.0'?>\n<!DOCTYPE r PUBLIC \"-//a//b\" 'http://a.example/r.dtd'>\n<r a='>'><x>y<z/></x></r>",
        "<!DOCTYPE r SYSTEM 'r.dtd' ><r/>",
    ] {
        read(document).unwrap_or_else(|error| panic!("{document}: {error}"));
    }
    let own = "a document type with definitions of its own";
    for (document, what) in [
        ("<!DOCTYPE r [<!ENTITY e \"x\">]><r>&e;</r>", own),
        ("<!DOCTYPE r SYSTEM 'r.dtd' [<!ENTITY e \"x\">]><r>&e;</r>", own),
        ("<!DOCTYPE r SYSTEM 'r.dtd' []><r/>", own),
        ("<!DOCTYPE r []><r/>", own),
        ("<!DOCTYPE r PUBLIC 'a'><r/>", own),
        ("<!DOCTYPE r SYSTEM'a'><r/>", own),
        ("<!DOCTYPE r><!DOCTYPE r><r/>", "a document type, which no export has"),
        ("<r/><!DOCTYPE r>", "a document type, which no export has"),
        ("<r><!DOCTYPE r></r>", "a document type, which no export has"),
        ("<!DOCTYPE r SYSTEM 'r.dtd'><r>&e;</r>", "a reference to a character that does not exist"),
    ] {
        assert_eq!(read(document).expect_err(document).to_string(), format!("line 1: {what}"), "{document}");
    }
}

#[test]
fn attributes_are_what_xml_says() {
    for text in ["a&b<c>d\"e'f", "a\r\nb\rc\nd\t", " edges ", "&amp;", "\u{7F}\u{85}\u{FEFF}\u{1F511}"] {
        let mut document = b"<r a=\"".to_vec();
        write_attribute(&mut document, text).unwrap();
        document.extend_from_slice(b"\"/>");
        let mut input = document.as_slice();
        let mut xml = Xml::new(&mut input, &Limits::default());
        xml.root("r").unwrap();
        assert_eq!(xml.attribute("a"), Some(text));
    }
    assert!(write_attribute(&mut Vec::new(), "\u{1}").is_err());
    let mut input = &b"<r a='x\n\ty\r\nz'/>"[..];
    let mut xml = Xml::new(&mut input, &Limits::default());
    xml.root("r").unwrap();
    assert_eq!(xml.attribute("a"), Some("x  y z"));
    assert_eq!(read(b"<r a='&#1;'/>").unwrap_err().to_string(), "line 1: not well-formed XML");
}
