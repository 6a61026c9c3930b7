#!/bin/sh
ant deploy -Dsfdc.username=ops@harbor-widgets.example -Dsfdc.password=Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s -Dsfdc.serverurl=https://login.salesforce.com
