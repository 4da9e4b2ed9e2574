pragma journal_mode = wal;
.mode csv
.import people.csv people
.mode list
create table towns (name text primary key, size int) without rowid;
insert into towns select town, count(*) from people group by town;
select * from towns order by size desc, name;
create index by_born on people (cast(born as int));
select town, round(avg(cast(height as real)), 4) from people where cast(born as int) between 1950 and 1980 group by town order by 1;
with recursive f(n, a, b) as (select 1, 0, 1 union all select n + 1, b, a + b from f where n < 50) select n, a from f where n % 10 = 0;
begin;
delete from people where cast(number as int) % 2 = 0;
select count(*) from people;
rollback;
select count(*) from people;
select json_group_array(json_object('t', name, 's', size)) from (select * from towns order by name limit 3);
select row_number() over (order by size desc, name), name from towns limit 4;
create virtual table texts using fts5(body);
insert into texts select town || ' ' || born from people;
select count(*) from texts where texts match 'Bern';
select printf('%.10f', sum(cast(height as real))) from people;
vacuum;
pragma integrity_check;
pragma wal_checkpoint(truncate);
.schema towns
select no_such_column from towns;
