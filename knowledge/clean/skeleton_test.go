package clean

import "testing"

func TestSkeleton(t *testing.T) {
	const text = "> Proj3ct w1th k3y\n> either d0es n0t ex-\n> ist, see ③"
	var s Skeleton
	d := Clean(text)
	d.Skeleton(&s)
	if got, want := string(s.Text), "projctwlthkyeltherdoesnotexlstsee"; got != want {
		t.Errorf("skeleton %q, want %q", got, want)
	}
	Clean(`to{"a":"ke\n` + "n</b>i5<br />pre&nbsp;sent" + `"}`).Skeleton(&s)
	if got, want := string(s.Text), "toakenlspresent"; got != want {
		t.Errorf("skeleton with markup %q, want %q", got, want)
	}
	Clean(text).Skeleton(&s)
	if got := Bones("does not exist"); got != "doesnotexlst" {
		t.Errorf("Bones = %q", got)
	}
	if len(s.Place) != len(s.Text) {
		t.Fatalf("%d places for %d bytes", len(s.Place), len(s.Text))
	}
	for i, at := range s.Place {
		if bone[d.Buf[at]] != s.Text[i] {
			t.Errorf("byte %d is %q, its place holds %q", i, s.Text[i], d.Buf[at])
		}
	}
	Clean("").Skeleton(&s)
	if len(s.Text) != 0 {
		t.Errorf("skeleton of nothing: %q", s.Text)
	}
}
