#!/bin/sh
set -e
export SF_USERNAME=ops@harbor-widgets.example
export SF_PASSWORD='it'\''s $HOME # 42!'
export SF_SECURITY_TOKEN="Qx7LmT2vRk9ZpB4nWc6HdY1s"
exec ./sync
