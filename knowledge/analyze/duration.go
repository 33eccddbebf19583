package analyze

import (
	"strconv"
	"strings"
	"time"
)

// spell writes a duration for a person: its two largest units, "6 m 41 s",
// "3 h 12 min" as "3 h 12 m", "2 d 4 h". The sign is left out.
func spell(d time.Duration) string {
	s := int64(d.Abs() / time.Second)
	units := [...]struct {
		seconds int64
		name    string
	}{{86400, " d"}, {3600, " h"}, {60, " m"}, {1, " s"}}
	var parts []string
	for _, u := range units {
		if n := s / u.seconds; n > 0 {
			parts = append(parts, strconv.FormatInt(n, 10)+u.name)
			s -= n * u.seconds
		} else if len(parts) > 0 {
			break
		}
		if len(parts) == 2 {
			break
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

// seconds writes a duration as the facts do: whole seconds.
func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }
