const jsforce = require('jsforce');
const conn = new jsforce.Connection({ loginUrl: 'https://login.salesforce.com' });
conn.login('ops@harbor-widgets.example', 'Quartz-Lantern-42!' + 'Qx7LmT2vRk9ZpB4nWc6HdY1s');
