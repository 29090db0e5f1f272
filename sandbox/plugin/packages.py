"""The providers this plugin can be."""

from sandbox.plugin.aws import AWS
from sandbox.plugin.cloudflare import CLOUDFLARE

PACKAGES = {package.name: package for package in (AWS, CLOUDFLARE)}
