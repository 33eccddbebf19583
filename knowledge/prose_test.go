package knowledge

import "testing"

func TestIsProse(t *testing.T) {
	for line, want := range map[string]bool{
		"since the update every user gets this error":                            true,
		"Seit dem Update geht die Verknüpfung nicht mehr, bitte um Hilfe":        true,
		"应用程序链接报错，怎么办":                                                           true,
		"	at com.example.App.run(App.java:12)":                                   false,
		"Caused by: java.io.IOException: it went very wrong here":                false,
		`{"status":401,"error":{"category":"CONFIG_ERROR"}}`:                     false,
		`WWW-Authenticate: OAuth realm="https://jira.example.com" and so on yes`: false,
		"oauth_problem=timestamp_refused":                                        false,
		"10:02 info  the page was sent again":                                    false,
		"2026-04-09 | 07:02 | ERROR | the other end said no":                     false,
		"10:02 we saw that the page was empty":                                   true,
		"":                                                                       false,
	} {
		if got := isProse(line); got != want {
			t.Errorf("isProse(%q) = %v, want %v", line, got, want)
		}
	}
}
