package discord

import (
	"time"

	"authfix/bot/cache"
)

// For how long is remembered what was found out while speaking.
const (
	believeDirect = 24 * time.Hour
	believeThread = 10 * time.Minute
	believeTags   = 5 * time.Minute
	believeBegun  = time.Hour
	maxBegun      = 1024
)

// A speech is what is remembered of what was said. It is safe for concurrent use.
type speech struct {
	begun   *cache.Cache[said]              // replies of which a part was said
	unknown *cache.Cache[time.Time]         // when a token was not known
	directs *cache.Cache[string]            // channel of the direct messages, by person
	threads *cache.Cache[threadState]       // by the key of the thread
	tags    *cache.Cache[map[string]string] // of a forum: ids by name
	tagless *cache.Cache[bool]              // forums whose tags the bot may not set, which was logged
}

func newSpeech() speech {
	return speech{
		begun: cache.New[said](believeBegun, maxBegun), unknown: cache.New[time.Time](believeBegun, maxBegun), directs: cache.New[string](believeDirect, maxBelieved), threads: cache.New[threadState](believeThread, maxBelieved),
		tags: cache.New[map[string]string](believeTags, maxBelieved), tagless: cache.New[bool](believeDirect, maxBelieved),
	}
}
