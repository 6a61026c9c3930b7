//! What to do about a finding.

use serde::{Deserialize, Deserializer, Serialize};

/// What to do: in one line, and step by step where it takes several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// Its name: words.
    pub id: &'static str,
    /// All of it in one line.
    pub line: &'static str,
    /// The steps in their order, if there are several.
    pub steps: &'static [&'static str],
}

impl Remedy {
    /// Whether it ends with another token or password, which every integration must then be given.
    pub fn replaces(&self) -> bool {
        [RESET, RESET_SANDBOX, FIND_MAIL, KEEP_NEWEST, API_ONLY, CHANGE_PASSWORD, NEW_PASSWORD].contains(self)
    }
}

const fn remedy(id: &'static str, line: &'static str, steps: &'static [&'static str]) -> Remedy {
    Remedy { id, line, steps }
}

/// Reset the token.
pub static RESET: Remedy = remedy(
    "reset",
    "log in as this user, profile picture > Settings > Quick Find \"Reset\" > Reset My Security Token, then give the mailed token to every integration",
    &[
        "List the integrations that use the token: the reset voids the old one at once.",
        "Log in with the browser as that very user; \"Login as\" does not do. Since July 2026 Salesforce asks for multi-factor authentication, and of admins for a passkey or security key.",
        "Choose profile picture > Settings, type Reset into Quick Find, and choose Reset My Security Token (under My Personal Information). In Salesforce Classic it is My Settings > Personal > Reset My Security Token; in an older one Setup > Personal Information > Reset My Security Token.",
        "Press Reset Security Token.",
        "Wait for the mail \"Your new Salesforce security token\". It goes to the address in the user's personal settings; look among the spam too.",
        "Put the token and the date of the mail into the record.",
        "Give the token to every integration and test each one. Be quick: old clients that try again and again may lock the user.",
    ],
);

/// Reset the token of a sandbox user.
pub static RESET_SANDBOX: Remedy = remedy(
    "reset-sandbox",
    "have an admin take .invalid off the user's email address, else the token mail goes nowhere; then log in at test.salesforce.com as this user, profile picture > Settings > Quick Find \"Reset\" > Reset My Security Token, and give the mailed token to every integration",
    &[
        "Have an admin look at the email address of the user: Salesforce appends .invalid to it when it makes or refreshes a sandbox, and then the mail with the token goes nowhere.",
        "Log in at test.salesforce.com or the sandbox's own host, and go on as in `reset`.",
    ],
);

/// Look for the token that followed a change of the password.
pub static FIND_MAIL: Remedy = remedy(
    "find-mail",
    "find the token mail that followed the change of the password; if there is none, reset the token",
    &[
        "Look in the mailbox for \"Your new Salesforce security token\", dated at or after the change of the password, and put its token and date into the record.",
        "If there is none, go on as in `reset`. Salesforce mails a token after a change of the password only to users who had reset theirs before.",
    ],
);

/// Find out whether a doubtful token works.
pub static TRY_LOGIN: Remedy =
    remedy("try-login", "try a login; if it fails, find the token mail that followed the change of the password, or reset the token", &[]);

/// Keep the newest of several.
pub static KEEP_NEWEST: Remedy =
    remedy("keep-newest", "keep the newest token, delete this one, and check that every integration has the newest", &[]);

/// Find the token's mail again.
pub static DATE: Remedy = remedy(
    "find-date",
    "find the mail \"Your new Salesforce security token\" and set its date as Token Issued, or reset the token",
    &[
        "Find the mail: its subject is \"Your new Salesforce security token\", in mails until about 2015 \"salesforce.com security token confirmation\".",
        "Put the token and the date of the mail into the record.",
        "If the mail is gone, go on as in `reset`.",
    ],
);

/// Put the right token into the record.
pub static RIGHT_TOKEN: Remedy = remedy(
    "right-token",
    "copy the token anew from the mail \"Your new Salesforce security token\", or reset it; if this user needs none, leave the token empty",
    &[
        "Copy the token from the mail \"Your new Salesforce security token\", all of it: 24 or 25 letters and digits.",
        "If the mail is gone, go on as in `reset`.",
        "If this user needs no token, what stands there may be the second half of the password, split because a tool insisted on a token. Join them, and leave the token empty.",
    ],
);

/// Correct a date.
pub static CORRECT_DATE: Remedy = remedy("correct-date", "correct Token Issued, or the clock of this computer", &[]);

/// Add a token.
pub static ADD_TOKEN: Remedy =
    remedy("add-token", "add the token if an integration logs in from outside the trusted network; else nothing is to be done", &[]);

/// Add a password.
pub static ADD_PASSWORD: Remedy = remedy("add-password", "add the password, or convert this file together with the one that holds it", &[]);

/// Change the password on purpose.
pub static CHANGE_PASSWORD: Remedy = remedy(
    "change-password",
    "change the password on purpose before that day, wait for the mail with the new token, and update every integration in one go",
    &[
        "Change the password on purpose before it expires, at a time when the integrations may stand still.",
        "Wait for the mail with the new token: the change voids the old one.",
        "Give both to every integration in one go.",
        "For users that only integrations use, ask an admin for the permission Password Never Expires, and rotate by hand.",
    ],
);

/// Replace a password that has expired.
pub static NEW_PASSWORD: Remedy = remedy(
    "new-password",
    "log in with the browser and set a new password, wait for the mail with the new token, and update every integration in one go",
    &[
        "Stop the integrations first: old clients that try again and again may lock the user.",
        "Log in with the browser as this user and set a new password.",
        "Wait for the mail with the new token: the change voids the old one.",
        "Give both to every integration in one go.",
    ],
);

/// Set the date of the password.
pub static PASSWORD_DATE: Remedy = remedy("password-date", "set Password Changed to the day on which the password was last changed", &[]);

/// Update the integrations.
pub static UPDATE: Remedy =
    remedy("update-integrations", "give the token to the integrations named, test each one, and set the day in Used By", &[]);

/// List the integrations.
pub static LIST: Remedy = remedy("list-integrations", "write the tools that use this token into Used By before you reset it", CHECKLIST);

/// Split password and token.
pub static SPLIT: Remedy = remedy(
    "split",
    "take the token off with --split-token, if it is one; where 24 and 25 characters are possible, the token mail decides",
    &[],
);

/// Move a secret to where it belongs.
pub static MOVE: Remedy =
    remedy("move", "move it to a field of its own and put the security token here; replace it if it was pasted somewhere unsafe", &[]);

/// Take away what is too much.
pub static REMOVE: Remedy =
    remedy("remove", "take it away with --split-token; clients put the token behind the password by themselves", &[]);

/// Take blanks away.
pub static TRIM: Remedy = remedy("trim", "take the white space away, or copy the value anew", &[]);

/// Set the URL.
pub static URL: Remedy = remedy(
    "set-url",
    "set the URL: https://login.salesforce.com in production, https://test.salesforce.com for a sandbox, or the My Domain host",
    &[],
);

/// Decide which of several is right.
pub static DECIDE: Remedy = remedy("decide", "find out with which of them the login works, and delete the other", &[]);

/// No token is needed.
pub static NO_TOKEN: Remedy = remedy(
    "no-token",
    "empty the token; if an integration must log in from elsewhere, an admin has to remove the login IP ranges of the profile first",
    &[],
);

/// The identity provider has the password.
pub static SINGLE_SIGN_ON: Remedy =
    remedy("single-sign-on", "empty password and token, and replace them at the identity provider, or use OAuth for integrations", &[]);

/// An API-only user cannot reset.
pub static API_ONLY: Remedy = remedy(
    "api-only",
    "have an admin move the user to a profile without API Only User, reset the token as this user, and move it back; or use OAuth",
    &[
        "Have an admin move the user to a profile without the permission API Only User.",
        "Go on as in `reset`, as that user.",
        "Have the admin move the user back. OAuth with the client credentials or JWT bearer flow makes all this needless.",
    ],
);

/// A user with one-time codes.
pub static ONE_TIME_CODE: Remedy = remedy("one-time-code", "use OAuth for this user: a one-time code cannot be stored", &[]);

/// Grant the permission.
pub static USE_ANY_API_AUTH: Remedy = remedy(
    "use-any-api-auth",
    "have an admin give Use Any API Auth to exactly this user with a permission set; do not reset the token for this",
    &[
        "Have an admin make a permission set with Use Any API Auth and assign it to exactly this user.",
        "In organisations made since Winter '26, an admin must also switch on Setup > User Interface > Enable SOAP API login().",
        "Do not reset the token for the error INSUFFICIENT_ACCESS: the new one is refused just the same.",
    ],
);

/// Move to OAuth.
pub static OAUTH: Remedy = remedy(
    "oauth",
    "move the integration to an External Client App with the client credentials or JWT bearer flow; ask its vendor how",
    &[],
);

/// All remedies.
pub static ALL: [&Remedy; 27] = [
    &RESET,
    &RESET_SANDBOX,
    &FIND_MAIL,
    &TRY_LOGIN,
    &KEEP_NEWEST,
    &DATE,
    &RIGHT_TOKEN,
    &CORRECT_DATE,
    &ADD_TOKEN,
    &ADD_PASSWORD,
    &CHANGE_PASSWORD,
    &NEW_PASSWORD,
    &PASSWORD_DATE,
    &UPDATE,
    &LIST,
    &SPLIT,
    &MOVE,
    &REMOVE,
    &TRIM,
    &URL,
    &DECIDE,
    &NO_TOKEN,
    &SINGLE_SIGN_ON,
    &API_ONLY,
    &ONE_TIME_CODE,
    &USE_ANY_API_AUTH,
    &OAUTH,
];

/// Where tokens are kept, for a record that does not say it.
pub const CHECKLIST: &[&str] = &[
    "Data Loader: process-conf.xml, where password and token are encrypted anew",
    "build.properties of Ant and Vlocity",
    ".env files, and secrets of CI: GitHub, GitLab, Jenkins",
    "secrets of Kubernetes, AWS, Azure and Google Cloud",
    "MuleSoft, Talend, Pentaho, Informatica, Jitterbit, Boomi",
    "Azure Data Factory and Synapse, Airflow, Meltano, dlt, Confluent, Trino",
    "Logstash, Elastic, Redash, Tableau, Power BI, Excel, ODBC and JDBC sources",
    "Amazon Connect, Postman, MCP servers, Outlook and desktop clients",
    "scripts of your own",
];

/// Finds a remedy by its name, for data.
pub(super) fn by_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Remedy, D::Error> {
    let id = String::deserialize(deserializer)?;
    ALL.into_iter().find(|remedy| remedy.id == id).ok_or_else(|| serde::de::Error::custom(format!("no remedy is called {id}")))
}
