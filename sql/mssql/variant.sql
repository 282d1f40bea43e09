-- A slot: a sql_variant as text, in a form of its own type from which nothing is lost. What is not named has such a form by default.
CASE CAST(SQL_VARIANT_PROPERTY({value}, 'BaseType') AS nvarchar(128))
         WHEN N'money' THEN CONVERT(nvarchar(4000), CONVERT(money, {value}), 2)
         WHEN N'smallmoney' THEN CONVERT(nvarchar(4000), CONVERT(smallmoney, {value}), 2)
         WHEN N'float' THEN CONVERT(nvarchar(4000), CONVERT(float, {value}), 3)
         WHEN N'real' THEN CONVERT(nvarchar(4000), CONVERT(real, {value}), 3)
         WHEN N'datetime' THEN CONVERT(nvarchar(4000), CONVERT(datetime, {value}), 126)
         WHEN N'smalldatetime' THEN CONVERT(nvarchar(4000), CONVERT(smalldatetime, {value}), 126)
         WHEN N'datetime2' THEN CONVERT(nvarchar(4000), CONVERT(datetime2, {value}), 126)
         WHEN N'binary' THEN CONVERT(nvarchar(max), CONVERT(varbinary(8000), {value}), 2)
         WHEN N'varbinary' THEN CONVERT(nvarchar(max), CONVERT(varbinary(8000), {value}), 2)
         ELSE CONVERT(nvarchar(4000), {value})
       END
