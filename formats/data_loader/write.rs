//! From records to a `process-conf.xml`.

use std::collections::HashMap;
use std::io::Write;

use zeroize::Zeroizing;

use super::PACKAGE;
use super::cipher::{KEY, Key};
use super::login::consumer_keys;
use crate::format::Writer;
use crate::record::Record;
use crate::xml::write_attribute;
use crate::{Error, KeyFile, Lock, Result, Secret};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE beans PUBLIC \"-//SPRING//DTD BEAN 2.0//EN\" \"http://www.springframework.org/dtd/spring-beans-2.0.dtd\">
<beans>
";

/// A document that is being written.
pub(super) struct Document<'a> {
    out: &'a mut dyn Write,
    lock: &'a mut dyn Lock,
    key: Key,
    key_file: String,
    /// The ids so far, of which no two may be the same, and the last number behind each.
    ids: HashMap<String, u64>,
    buffer: Zeroizing<Vec<u8>>,
}

impl<'a> Document<'a> {
    /// Writes the beginning.
    ///
    /// # Errors
    /// When there is no key, or the output fails.
    pub(super) fn new(out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Self> {
        let Some(KeyFile { path, content }) = lock.key_file_to_write(KEY)? else {
            return Err(Error::new("no key file to encrypt the passwords with")
                .hint("--to-key-file FILE names that of Data Loader, or a new one, which is made"));
        };
        let key = Key::of(&content).filter(|_| content.len() >= KEY).ok_or_else(|| {
            Error::new(format!("shorter than a key of Data Loader, which has {KEY} bytes"))
                .in_file(path.as_str())
                .hint("name the right file, or one that does not exist yet, which is made")
        })?;
        out.write_all(HEAD.as_bytes())?;
        Ok(Self { out, lock, key, key_file: path, ids: HashMap::new(), buffer: Zeroizing::default() })
    }

    fn bean(&mut self, record: &mut Record) -> Result<()> {
        let id = self.id(record);
        self.raw("  <bean id=\"");
        self.value(&id)?;
        self.raw("\" class=\"");
        self.raw(PACKAGE);
        self.raw("process.ProcessRunner\" scope=\"prototype\">\n    <property name=\"name\" value=\"");
        self.value(&record.title)?;
        self.raw("\"/>\n    <property name=\"configOverrideMap\">\n      <map>\n");
        let consumer_keys = consumer_keys(record.urls.first());
        if let Some(url) = record.urls.first() {
            self.entry("sfdc.endpoint", url)?;
        }
        if !record.username.is_empty() {
            self.entry("sfdc.username", &record.username)?;
        }
        if !record.password.is_empty() {
            let sealed = self.sealed(&record.password)?;
            self.entry("sfdc.password", &sealed)?;
        }
        for (label, key) in ["Consumer Key", "Consumer Secret"].iter().zip(consumer_keys) {
            let Some(field) = record.fields.iter().find(|field| field.label == *label) else { continue };
            if *label == "Consumer Secret" {
                let sealed = self.sealed(&field.value)?;
                self.entry(&key, &sealed)?;
            } else {
                self.entry(&key, field.value.expose())?;
            }
        }
        let key_file = std::mem::take(&mut self.key_file);
        self.entry("process.encryptionKeyFile", &key_file)?;
        self.key_file = key_file;
        self.raw("      </map>\n    </property>\n  </bean>\n");
        Ok(())
    }

    fn entry(&mut self, key: &str, value: &str) -> Result<()> {
        self.raw("        <entry key=\"");
        self.raw(key);
        self.raw("\" value=\"");
        self.value(value)?;
        self.raw("\"/>\n");
        Ok(())
    }

    fn sealed(&mut self, value: &Secret) -> Result<String> {
        let mut iv = [0; KEY];
        self.lock.random(&mut iv)?;
        self.key.encrypt(value, iv).ok_or_else(|| Error::new("the key file holds no key").hint("name another one with --to-key-file"))
    }

    /// The name by which the process is started: that of an XML element, and easy to type.
    fn id(&mut self, record: &Record) -> String {
        let words = |text: &str| {
            let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { ' ' };
            text.chars().map(plain).collect::<String>().split_whitespace().collect::<Vec<_>>().join("-")
        };
        let mut id = [&record.title, &record.username].map(|text| words(text)).into_iter().find(|id| !id.is_empty()).unwrap_or_default();
        if !id.starts_with(|first: char| first.is_ascii_alphabetic()) {
            id.insert_str(0, if id.is_empty() { "login" } else { "login-" });
        }
        let mut unique = id.clone();
        while let Some(number) = self.ids.get_mut(&unique) {
            *number += 1;
            unique = format!("{unique}-{number}");
        }
        self.ids.insert(unique.clone(), 1);
        unique
    }

    fn raw(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn value(&mut self, text: &str) -> Result<()> {
        write_attribute(&mut self.buffer, text)
    }
}

impl Writer for Document<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        self.bean(record).map_err(|error| error.at(record.name().escape_debug().to_string()))?;
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        Ok(self.out.write_all(b"</beans>\n")?)
    }
}
