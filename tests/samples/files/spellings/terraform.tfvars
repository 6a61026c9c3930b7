salesforce_username       = "ops@harbor-widgets.example" # the user
salesforce_password       = "p\"q"
salesforce_security_token = "Qx7LmT2vRk9ZpB4nWc6HdY1s"
