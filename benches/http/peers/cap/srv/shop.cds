// The orders, as benches/http/orders.py makes them.
aspect Order {
  key Id     : Integer64;
  CustomerId : UUID;
  PlacedAt   : Timestamp;
  Total      : Decimal(10, 2);
  Quantity   : Integer;
  Paid       : Boolean;
  Note       : String(60);
}

service Shop {
  entity Orders : Order {}
  entity Few    : Order {}
}
