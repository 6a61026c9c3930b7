import com.sforce.ws.ConnectorConfig;

ConnectorConfig config = new ConnectorConfig();
config.setUsername("ops@harbor-widgets.example");
config.setPassword("Quartz-Lantern-42!" + "Qx7LmT2vRk9ZpB4nWc6HdY1s");
