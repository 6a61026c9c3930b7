import os

SALESFORCE_USERNAME = 'ops@harbor-widgets.example'
SALESFORCE_PASSWORD = "Quartz-Lantern-42!"  # rotate
SALESFORCE_SECURITY_TOKEN = 'Qx7LmT2vRk9ZpB4nWc6HdY1s'
