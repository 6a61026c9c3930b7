// Salesforce SOAP login
ConnectorConfig config = new ConnectorConfig();
config.setUsername("ops@harbor-widgets.example");
connection.login("ops@harbor-widgets.example", "Quartz-Lantern-42!" + "h3VbN8cTq5XkZr2WmPj7LdYs9");
