#!/bin/sh
./mule -M-Dsfdc.user=ops@harbor-widgets.example -M-Dsfdc.password=Quartz-Lantern-42! -M-Dsfdc.token=Qx7LmT2vRk9ZpB4nWc6HdY1s
