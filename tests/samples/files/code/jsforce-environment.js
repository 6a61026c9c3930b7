const jsforce = require('jsforce');
const conn = new jsforce.Connection({ loginUrl: process.env.SF_LOGIN_URL });
conn.login(process.env.SF_USERNAME, process.env.SF_PASSWORD + process.env.SF_TOKEN);
