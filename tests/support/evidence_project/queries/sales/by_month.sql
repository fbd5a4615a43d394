select date_trunc('month', ordered_on) as month, sum(amount) as sales_usd
from shop.orders
group by 1
order by 1
