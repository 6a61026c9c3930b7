#!/bin/sh
ant deploy -Dsf.username="$SF_USERNAME" -Dsf.password="$SF_PASSWORD" -Dsf.serverurl=https://login.salesforce.com
