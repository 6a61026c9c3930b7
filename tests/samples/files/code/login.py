from simple_salesforce import Salesforce

sf = Salesforce(
    username='ops@harbor-widgets.example',
    password='Quartz-Lantern-42!',
    security_token='Qx7LmT2vRk9ZpB4nWc6HdY1s',
    domain='test',
)
