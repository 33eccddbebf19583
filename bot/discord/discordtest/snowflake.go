package discordtest

import "strconv"

// epoch is the first millisecond of snowflakes.
// https://docs.discord.com/developers/reference#snowflakes
const epoch = 1420070400000

// id makes a snowflake, above all before. The caller holds the lock.
func (s *Server) id() string {
	milli := s.core.Wall().UnixMilli()
	if milli > s.lastMilli {
		s.lastMilli, s.ids = milli, 0
	} else if s.ids++; s.ids == 1<<22 {
		s.lastMilli, s.ids = s.lastMilli+1, 0
	}
	return strconv.FormatInt((s.lastMilli-epoch)<<22|s.ids, 10)
}
