package slack

import (
	"time"

	"authfix/bot/cache"
)

// memory is what is remembered of Slack's answers.
type memory struct {
	gap       time.Duration // between the messages of one reply
	begun     begun
	directs   *cache.Cache[string] // channel of the direct messages, by tenant and person
	people    *cache.Cache[personInfo]
	channels  *cache.Cache[channelInfo]
	members   *cache.Cache[bool]
	addresses *cache.Cache[string] // of workspaces
	cursors   *cache.Cache[string] // of interrupted searches
}

func newMemory() memory {
	return memory{
		gap:     pace,
		directs: cache.New[string](believeDirect, maxBelieved), people: cache.New[personInfo](believeRole, maxBelieved),
		channels: cache.New[channelInfo](believeChannel, maxBelieved), members: cache.New[bool](believeChannel, maxBelieved),
		addresses: cache.New[string](believeAddress, maxBelieved), cursors: cache.New[string](cursorsFor, maxBelieved),
	}
}
