-- ARGV: the service, member, token, deliveries, why, the handlers that have finished, event, type.
if not owns(ARGV[2], ARGV[3]) then return 0 end
local _, key = split(ARGV[2])
bury(ARGV[7], ARGV[8], key, ARGV[4], ARGV[5], ARGV[6])
finish(ARGV[1], ARGV[2])
return 1
