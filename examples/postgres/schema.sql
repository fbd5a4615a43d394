-- The tables of the example: psql "$SHOP_DSN" -f examples/postgres/schema.sql
CREATE SCHEMA webshop;
CREATE TABLE webshop.users (
  id BIGINT PRIMARY KEY, email TEXT, country CHAR(2),
  created_at TIMESTAMPTZ NOT NULL, updated_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE webshop.purchases (
  id BIGINT PRIMARY KEY, user_id BIGINT REFERENCES webshop.users,
  placed_at TIMESTAMP NOT NULL, -- the clock on the wall in Berlin
  status TEXT NOT NULL, goods NUMERIC(12, 2) NOT NULL, currency CHAR(3) NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ON webshop.purchases (changed_at);
CREATE TABLE webshop.lines (
  order_id BIGINT REFERENCES webshop.purchases, line INT, sku TEXT NOT NULL,
  quantity INT NOT NULL, unit_price NUMERIC(12, 2) NOT NULL, PRIMARY KEY (order_id, line)
);
INSERT INTO webshop.users VALUES
  (1, 'ada@example.com', 'DE', '2025-11-02 09:00+01', '2025-11-02 09:00+01'),
  (2, 'bob@example.com', 'AT', '2025-11-03 10:30+01', '2025-11-20 08:15+01');
INSERT INTO webshop.purchases VALUES
  (100, 1, '2025-11-02 09:05:00', 'delivered', 59.80, 'EUR', '2025-11-06 16:00+01'),
  (101, 2, '2025-11-20 08:20:00', 'paid', 12.50, 'EUR', '2025-11-20 08:20+01'),
  (102, NULL, '2025-11-21 19:00:00', 'cancelled', 7.00, 'EUR', '2025-11-21 19:30+01');
INSERT INTO webshop.lines VALUES
  (100, 1, 'MUG-01', 2, 14.90), (100, 2, 'TEA-07', 1, 30.00), (101, 1, 'TEA-03', 1, 12.50);
