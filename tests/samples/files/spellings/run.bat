@echo off
set SF_USERNAME=ops@harbor-widgets.example
set "SF_PASSWORD=p&q"
set "SF_SECURITY_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s"
python run.py
