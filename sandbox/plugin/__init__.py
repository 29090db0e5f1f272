"""The stand-in for the AWS provider plugin: the real protocol in front of any AWS endpoint.

It refuses what the real provider refuses, replaces where that one replaces, and knows in a preview
what that one knows.
"""
