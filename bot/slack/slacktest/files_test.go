package slacktest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, nil)
	id := s.AddFile(File{Name: "app log.txt", Content: []byte("Bad credentials"), Size: 3, Access: "check_file_info"})
	s.Message(Said{Text: "see", Files: []string{id}})
	settled(t, s)
	kinds := map[any]map[string]any{}
	for _, e := range a.events(t) {
		ev := e["event"].(map[string]any)
		kinds[ev["type"]] = ev
	}
	f := kinds["message"]["files"].([]any)[0].(map[string]any)
	if kinds["message"]["subtype"] != "file_share" || f["file_access"] != "check_file_info" || f["url_private"] != nil || kinds["file_shared"]["file_id"] != id {
		t.Errorf("events = %v", kinds)
	}
	info := must(t, s, "files.info", obj{"file": id})["file"].(map[string]any)
	get := func(token string) *http.Response {
		t.Helper()
		r, _ := http.NewRequest(http.MethodGet, info["url_private_download"].(string), nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	w := get("xoxb-acme")
	body, _ := io.ReadAll(w.Body)
	_ = w.Body.Close()
	if string(body) != "Bad credentials" {
		t.Errorf("download = %q", body)
	}
	w = get("")
	body, _ = io.ReadAll(w.Body)
	_ = w.Body.Close()
	if !strings.Contains(w.Header.Get("Content-Type"), "text/html") || !bytes.Contains(body, []byte("Sign in")) {
		t.Errorf("without a token: %s, %q, want the sign-in page", w.Header.Get("Content-Type"), body)
	}
	s.RemoveFile(id)
	wantError(t, callAPI(t, s, "files.info", obj{"file": id}), "file_deleted")

	up := must(t, s, "files.getUploadURLExternal", obj{"filename": "rest.txt", "length": "4"})
	wantError(t, callAPI(t, s, "files.completeUploadExternal", obj{"files": arr{obj{"id": up["file_id"]}}}), "file_not_found")
	w, err := http.Post(up["upload_url"].(string), "application/octet-stream", strings.NewReader("rest"))
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Body.Close()
	ts := s.Message(Said{Text: "root"})
	must(t, s, "files.completeUploadExternal", obj{"files": arr{obj{"id": up["file_id"], "title": "The rest"}}, "channel_id": General, "thread_ts": ts, "initial_comment": "here"})
	if got := s.Answers(General, ts); len(got) != 1 || got[0].Text != "here" || len(got[0].Files) != 1 {
		t.Errorf("upload = %+v", got)
	}
	if f, _ := s.FileByID(up["file_id"].(string)); string(f.Content) != "rest" || f.Title != "The rest" {
		t.Errorf("file = %+v", f)
	}
}
