# The connection of the flow
variable "salesforce_security_token" {
  description = "of the user below"
  default     = "Qx7LmT2vRk9ZpB4nWc6HdY1s"
}

resource "aws_appflow_connector_profile" "orgs" {
  salesforce_username = "ops@harbor-widgets.example"
}
