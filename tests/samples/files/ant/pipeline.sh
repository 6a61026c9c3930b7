#!/bin/sh
ant deploy -Dsf.username=ops@harbor-widgets.example -Dsf.password=Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s -Dsf.serverurl=https://login.salesforce.com
