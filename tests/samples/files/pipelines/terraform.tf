provider "salesforce" {
  client_id   = "3MVG9FakeConsumerKey"
  private_key = file("server.key")
  username    = "ops@harbor-widgets.example"
  login_url   = "https://login.salesforce.com"
}
