"""Stand-ins for provider plugins: the real protocol in front of any endpoint of AWS or Cloudflare.

They refuse what the real providers refuse, replace where those replace, and know in a preview what
those know.
"""
