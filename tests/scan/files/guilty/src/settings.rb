Restforce.new(
  username: 'ops@harbor-widgets.example',
  password: 'Quartz-Lantern-42!',
  security_token: 'h3VbN8cTq5XkZr2WmPj7LdYs9',
)
