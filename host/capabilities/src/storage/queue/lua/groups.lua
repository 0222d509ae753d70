-- What the scripts share. A stream holds every event once; each service is a consumer group of it.

local function map(list)
  local fields = {}
  for i = 1, #list, 2 do fields[list[i]] = list[i + 1] end
  return fields
end

local function groups(stream)
  local found = {}
  if redis.call('EXISTS', stream) == 1 then
    for i, group in ipairs(redis.call('XINFO', 'GROUPS', stream)) do found[i] = map(group) end
  end
  return found
end

-- Events that some service has not handled yet; every event where there is no service.
local function backlog(stream)
  local length, most, found = redis.call('XLEN', stream), 0, groups(stream)
  if #found == 0 then return length end
  for _, group in ipairs(found) do
    most = math.max(most, group.pending + (group.lag or length))
  end
  return most
end

local function parts(id)
  local time, number = id:match('^(%d+)-(%d+)$')
  return tonumber(time), tonumber(number)
end

-- Removes what every service has handled.
local function trim(stream, how)
  local time, number
  for _, group in ipairs(groups(stream)) do
    local t, n = parts(group['last-delivered-id'])
    n = n + 1
    if group.pending > 0 then t, n = parts(redis.call('XPENDING', stream, group.name)[2]) end
    if not time or t < time or (t == time and n < number) then time, number = t, n end
  end
  if time then redis.call('XTRIM', stream, 'MINID', how, string.format('%.0f-%.0f', time, number)) end
end

-- Whether there is no room for another event. What a slow event keeps from being trimmed is no backlog.
local function full(stream, most)
  if redis.call('XLEN', stream) < most then return false end
  trim(stream, '=')
  return redis.call('XLEN', stream) >= most * 10 or backlog(stream) >= most
end

local function add(stream, event, kind, target, key, only, done)
  local fields = {'event', event, 'type', kind}
  for name, value in pairs({target = target, key = key, only = only, done = done}) do
    if value and value ~= '' then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  redis.call('XADD', stream, '*', unpack(fields))
end

-- Type, target and key of an event's JSON; nothing where it is not an event.
local function read(event)
  local is_json, fields = pcall(cjson.decode, event)
  if not is_json or type(fields) ~= 'table' or type(fields.type) ~= 'string' then return nil end
  local function text(value) return type(value) == 'string' and value or '' end
  local target, key = text(fields.target_service), text(fields.key)
  if fields.type == '' or #fields.type > 256 or #target > 256 or #key > 256 then return nil end
  return fields.type, target, key
end

local function milliseconds()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
