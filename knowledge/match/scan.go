package match

// A Scratch is the memory of one Scan at a time, reused by the next. The zero
// Scratch is ready.
type Scratch struct{}

// Scan returns the matches of all patterns in text, ordered by Start, then
// Pattern. They are valid until sc is used again. One goroutine uses a Scratch
// at a time; a Set may be used by many.
func (s *Set) Scan(text []byte, sc *Scratch) []Hit { return Naive(s.patterns, text) }
