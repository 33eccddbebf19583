package match

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"testing"
	"time"
)

// TestPasteAllocates proves that a paste costs no memory beyond what package
// regexp takes for the groups of a match.
func TestPasteAllocates(t *testing.T) {
	ps := append(genPatterns(300), genShort(100)...)
	s, paste := compile(t, ps), genPaste(ps[:300])
	var sc Scratch
	hits := len(s.Scan(paste, &sc))
	if hits < 2 {
		t.Fatalf("%d hits in the paste, want 2 or more", hits)
	}
	if n := testing.AllocsPerRun(100, func() { s.Scan(paste, &sc) }); n > 10 {
		t.Errorf("Scan of a paste allocates %.0f times, want at most 10", n)
	}
}

// TestFasterThanNaive holds the bound that the matcher exists for. Both are
// measured in turn, and the best of each counts, so that a busy machine
// changes little.
func TestFasterThanNaive(t *testing.T) {
	ps := genPatterns(3000)
	s, n := compile(t, ps), newNaive(ps)
	text := genPaste(ps)
	var sc Scratch
	same(t, ps, string(text), n.scan(text), s.Scan(text, &sc))
	slow, fast := time.Hour, time.Hour
	for range 3 {
		start := time.Now()
		n.scan(text)
		slow = min(slow, time.Since(start))
		const times = 20
		start = time.Now()
		for range times {
			s.Scan(text, &sc)
		}
		fast = min(fast, time.Since(start)/times)
	}
	t.Logf("3000 patterns on a paste of %d bytes: naive %v, Scan %v, %.0f times faster", len(text), slow, fast, float64(slow)/float64(fast))
	if slow < 100*fast {
		t.Errorf("Scan takes %v, naive %v: want 100 times faster", fast, slow)
	}
}

// TestGrowth proves that a paste takes at most twice as long with 3,000
// patterns as with 45.
func TestGrowth(t *testing.T) {
	paste := genPaste(genPatterns(45))
	few, many := compile(t, genPatterns(45)), compile(t, genPatterns(3000))
	var sc Scratch
	best := func(s *Set, so time.Duration) time.Duration {
		const times = 20
		start := time.Now()
		for range times {
			s.Scan(paste, &sc)
		}
		return min(so, time.Since(start)/times)
	}
	a, b := time.Hour, time.Hour
	for range 50 {
		a, b = best(few, a), best(many, b)
	}
	t.Logf("a paste of %d bytes takes %v with 45 patterns, %v with 3000", len(paste), a, b)
	if b > 2*a {
		t.Errorf("a paste takes %v with 45 patterns, %v with 3000: want at most twice as long", a, b)
	}
}

// slowdown is how many times longer than on an idle machine of 2026 regexps
// take here and now, under a race detector or beside other work; at least 1.
func slowdown() float64 {
	re := regexp.MustCompile(`a.*b.*c.*(?:token|nonce)_rejected`)
	text := bytes.Repeat([]byte("abc token_reject "), 4<<10)
	start := time.Now()
	re.Match(text)
	const idle = 5 * time.Millisecond
	return max(1, float64(time.Since(start))/float64(idle))
}

// TestBounds feeds what keeps a matcher busy, and wants each answer within the
// 2 s that a whole diagnosis may take.
func TestBounds(t *testing.T) {
	const size = 4 << 20
	ps := genPatterns(300)
	ps = append(ps, genShort(30)...)
	ps = append(ps, Pattern{Literal: "aaaaaaaaaa", All: true}, Pattern{Regexp: `a.*b.*c.*(?:token|nonce)_rejected`, All: true})
	s := compile(t, ps)
	line := genMatch(ps[0]) + " oauth token_rejected " + genMatch(ps[len(ps)/2]) + "\n"
	var everything bytes.Buffer
	for i := range 300 {
		everything.WriteString(genMatch(ps[i]) + " ")
	}
	for _, tt := range []struct{ name, text string }{
		{"one line repeated", line},
		{"no line feed", line[:len(line)-1] + " "},
		{"one letter", "a"},
		{"line feeds", "\n"},
		{"zeros", "\x00"},
		{"every literal on one line", everything.String()},
		{"every literal on each line", everything.String() + "\n"},
		{"no match", "token_rejected abc nonce_rejected Failed to authenticate Jira access_token for user\n"},
	} {
		text := bytes.Repeat([]byte(tt.text), size/len(tt.text))
		var sc Scratch
		slow := slowdown()
		start := time.Now()
		hits := s.Scan(text, &sc)
		took := time.Since(start)
		most := time.Duration(max(slow, slowdown()) * float64(2*time.Second))
		kept := map[int]int{}
		for _, h := range hits {
			kept[h.Pattern]++
			if kept[h.Pattern] > MaxHits {
				t.Errorf("%s: more than %d hits of pattern %d", tt.name, MaxHits, h.Pattern)
				break
			}
		}
		t.Logf("%s: %d hits in %v, spent %v", tt.name, len(hits), took, sc.Spent())
		if took > most {
			t.Errorf("%s: %v, want at most %v", tt.name, took, most)
		}
	}
}

func BenchmarkPaste(b *testing.B) {
	paste := genPaste(genPatterns(45))
	for _, n := range []int{45, 300, 3000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := compile(b, genPatterns(n))
			var sc Scratch
			s.Scan(paste, &sc)
			b.SetBytes(int64(len(paste)))
			b.ReportAllocs()
			for b.Loop() {
				s.Scan(paste, &sc)
			}
		})
	}
	b.Run("short300", func(b *testing.B) {
		s := compile(b, genShort(300))
		var sc Scratch
		s.Scan(paste, &sc)
		b.SetBytes(int64(len(paste)))
		b.ReportAllocs()
		for b.Loop() {
			s.Scan(paste, &sc)
		}
	})
}

func BenchmarkLog(b *testing.B) {
	for _, n := range []int{45, 300, 3000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ps := genPatterns(n)
			s, log := compile(b, ps), genLog(4<<20, ps)
			b.SetBytes(int64(len(log)))
			for b.Loop() {
				err := s.Stream(bytes.NewReader(log), func([]byte, int64, []Hit) error { return nil })
				if err != nil && err != io.EOF {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{300, 3000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ps := genPatterns(n)
			for b.Loop() {
				compile(b, ps)
			}
		})
	}
}

func BenchmarkNaive(b *testing.B) {
	for _, n := range []int{45, 300, 3000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ps := genPatterns(n)
			m, paste := newNaive(ps), genPaste(ps)
			b.SetBytes(int64(len(paste)))
			for b.Loop() {
				m.scan(paste)
			}
		})
	}
}
