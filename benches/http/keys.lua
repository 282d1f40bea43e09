-- Nothing -> requests for one order each, of the first million (`wrk -s keys.lua URL`, which ends in the entity set's name).
-- They are written beforehand, so that the generator does as little as it can.

local PREPARED, ROWS = 10000, tonumber(os.getenv("BENCH_ROWS") or 1000000)
local before, after = os.getenv("BENCH_BEFORE") or "(", os.getenv("BENCH_AFTER") or ")"
local requests, at = {}, 0

function init()
  for number = 1, PREPARED do
    local key = number * 7919 % ROWS + 1
    requests[number] = wrk.format("GET", wrk.path .. before .. key .. after)
  end
end

function request()
  at = at % PREPARED + 1
  return requests[at]
end
