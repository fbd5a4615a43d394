select city, count(*) as orders, sum(amount) as sales_usd
from shop.orders
group by 1
