"""What every office shares. It knows none of them."""
