"""The AWS APIs: moto, corrected where AWS behaves otherwise."""
