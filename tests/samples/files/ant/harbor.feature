sf.username=ops@harbor-widgets.example
sf.password=Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s
sf.serverurl=https://test.salesforce.com
