#!/bin/sh
sf org login jwt --client-id "$SF_CONSUMER_KEY" --jwt-key-file server.key --username ops@harbor-widgets.example --instance-url https://login.salesforce.com
