DATABASES = {
    'salesforce': {
        'ENGINE': 'salesforce.backend',
        'CONSUMER_KEY': '3MVG9FakeConsumerKey',
        'CONSUMER_SECRET': '1234567890123456789',
        'USER': 'ops@harbor-widgets.example',
        'PASSWORD': 'Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s',
        'HOST': 'https://login.salesforce.com',
    }
}
