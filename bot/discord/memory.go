package discord

import (
	"authfix/bot/cache"
)

// A memory is what Discord said, as it is believed for a while. It is safe for
// concurrent use.
type memory struct {
	guilds   *cache.Cache[guildInfo]
	people   *cache.Cache[memberInfo]
	channels *cache.Cache[channelInfo]
	inside   *cache.Cache[bool] // who is in which private thread
}

func newMemory() memory {
	return memory{
		guilds:   cache.New[guildInfo](believeGuild, maxPlaces),
		people:   cache.New[memberInfo](believeMember, maxBelieved),
		channels: cache.New[channelInfo](believeChannel, maxPlaces),
		inside:   cache.New[bool](believeMember, maxBelieved),
	}
}
