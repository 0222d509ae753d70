-- One service. KEYS: the stream, `due`, `done`, the prefix of lines, `dead`.
--
-- `due`  a sorted set of what is being handled or waits for another try, by the time when it may be taken (again).
--        A member is the event's id in the stream, a bar, and its key.
-- `done` a hash: which handlers of an event have finished already.
-- lines  a list for each key: its events in order. Only the first is in `due`.
-- `dead` a stream of what was given up.
local stream, due, done, lines, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

local function split(member)
  local bar = member:find('|', 1, true)
  return member:sub(1, bar - 1), member:sub(bar + 1)
end

-- The event leaves the queue, and the next of its key has its turn.
local function finish(group, member)
  local id, key = split(member)
  redis.call('XACK', stream, group, id)
  redis.call('ZREM', due, member)
  redis.call('HDEL', done, id)
  if key ~= '' then
    redis.call('LREM', lines .. key, 1, id)
    local next = redis.call('LINDEX', lines .. key, 0)
    if next then redis.call('ZADD', due, milliseconds(), next .. '|' .. key) end
  end
end

-- Whether the event is still in the hands of who took it: later ones have another time.
local function owns(member, token)
  local score = redis.call('ZSCORE', due, member)
  return score and tonumber(score) == tonumber(token)
end

local function bury(event, kind, key, attempts, why, finished)
  redis.call('XADD', dead, 'MAXLEN', '~', 10000, '*', 'event', event, 'type', kind, 'key', key, 'attempts', attempts,
    'error', why, 'done', finished)
end
