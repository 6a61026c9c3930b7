const jsforce = require('jsforce');
const conn = new jsforce.Connection();
conn.login(username, password + securityToken, done);
