echo "force://PlatformCLI::${REFRESH_TOKEN_OF_THE_CI_USER}@harbor-widgets.my.salesforce.com" > auth.txt
