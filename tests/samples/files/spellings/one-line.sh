#!/bin/sh
export SF_USERNAME=ops@harbor-widgets.example SF_PASSWORD='Quartz-Lantern-42!' SF_SECURITY_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s SF_DOMAIN=login
exec python run.py
