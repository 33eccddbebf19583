package slacktest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A File is a file of a workspace.
type File struct {
	ID       string
	Team     string
	User     string // who shared it
	Name     string
	Title    string
	Type     string // mimetype, as Slack claims; "": text/plain
	Size     int    // as Slack claims; 0: the content's
	Mode     string // hosted, snippet, external; "": hosted
	Access   string // file_access; "check_file_info" hides everything but the id in messages
	URL      string // of an external file
	Content  []byte
	Channels []string
	Deleted  bool
	Gone     bool // the download answers 404
	Fetched  int  // how often it was downloaded

	via     string // the upload's
	pending bool
}

// AddFile keeps a file and returns its id, which is made when it has none. It is
// shared by [Said].Files or [Server.FileShared].
func (s *Server) AddFile(f File) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.ID == "" {
		f.ID = s.id("F")
	}
	if f.Team == "" {
		f.Team = Acme
	}
	if f.User == "" {
		f.User = Alice
	}
	s.files[f.ID] = &f
	return f.ID
}

// RemoveFile deletes a file.
func (s *Server) RemoveFile(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[id]; f != nil {
		f.Deleted = true
	}
}

// fileObject is a file as Slack shows it; bare as in Slack Connect.
func (s *Server) fileObject(f *File, bare bool) object {
	if bare {
		return object{"id": f.ID, "created": 0, "timestamp": 0, "mode": "file_access", "file_access": "check_file_info"}
	}
	kind, mode, size, title := f.Type, f.Mode, f.Size, f.Title
	if kind == "" {
		kind = "text/plain"
	}
	if mode == "" {
		mode = "hosted"
	}
	if size == 0 {
		size = len(f.Content)
	}
	if title == "" {
		title = f.Name
	}
	ext := "text"
	if i := strings.LastIndexByte(f.Name, '.'); i >= 0 {
		ext = f.Name[i+1:]
	}
	private := fmt.Sprintf("%s/files-pri/%s-%s/%s", s.URL, f.Team, f.ID, url.PathEscape(f.Name))
	download := fmt.Sprintf("%s/files-pri/%s-%s/download/%s", s.URL, f.Team, f.ID, url.PathEscape(f.Name))
	external := mode == "external"
	if external {
		private, download = f.URL, f.URL
	}
	access := f.Access
	if access == "" || access == "check_file_info" {
		access = "visible"
	}
	return object{"id": f.ID, "created": 1700000000, "timestamp": 1700000000, "name": f.Name, "title": title, "mimetype": kind,
		"filetype": ext, "pretty_type": ext, "user": f.User, "mode": mode, "size": size, "is_external": external, "external_type": "",
		"is_public": true, "url_private": private, "url_private_download": download, "file_access": access, "channels": f.Channels,
		"permalink": s.URL + "/files/" + f.User + "/" + f.ID}
}

// visible reports whether the installation's bot may read the file.
func (s *Server) visible(in *Installation, f *File) bool {
	if s.covers(in, f.Team) {
		return true
	}
	for _, id := range f.Channels {
		if c := s.channels[id]; c != nil && c.Connect && c.has(in.Bot) {
			return true
		}
	}
	return false
}

func (c *call) filesInfo() (map[string]any, error) {
	f := c.s.files[c.Args["file"]]
	switch {
	case f == nil || f.pending || !c.s.visible(c.tok.install, f):
		return nil, refuse("file_not_found")
	case f.Deleted:
		return nil, refuse("file_deleted")
	}
	return map[string]any{"file": c.s.fileObject(f, false)}, nil
}

// download serves a file to who has a token for it; others are sent to the page
// where one signs in.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	_, id, _ := strings.Cut(r.PathValue("id"), "-")
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	c := &call{Call: &Call{Method: "file.download", Args: map[string]string{"file": id}}, s: s, bearer: bearer}
	s.mu.Lock()
	err := s.admit(c, method{scopes: scope("files:read")})
	f := s.files[id]
	fault := s.faultFor(c.Call)
	s.calls = append(s.calls, c.Call)
	c.At = time.Now()
	status, content := http.StatusOK, []byte(nil)
	switch {
	case err != nil || f != nil && !s.visible(c.tok.install, f):
		status = http.StatusFound
	case f == nil || f.Deleted || f.Gone:
		status = http.StatusNotFound
	default:
		content = f.Content
		if fault == nil || fault.After {
			f.Fetched++
		}
	}
	c.Status = status
	s.core.Change()
	s.mu.Unlock()
	if fault != nil && fault.apply(s, w, r, c) {
		return
	}
	switch status {
	case http.StatusFound:
		http.Redirect(w, r, s.URL+"/signin?redir="+url.QueryEscape(r.URL.Path), status)
	case http.StatusNotFound:
		http.Error(w, "not found", status)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content)
	}
}

// signIn is the page that a person without a session sees.
func signIn(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body><h1>Sign in to your workspace</h1></body></html>\n")
}

func (c *call) uploadURL() (map[string]any, error) {
	if err := c.required("filename", "length"); err != nil {
		return nil, err
	}
	n, err := c.number("length", 0, 1, 1<<30)
	if err != nil {
		return nil, refuse("invalid_arguments")
	}
	f := &File{ID: c.s.id("F"), Team: c.Team, User: c.tok.install.Bot, Name: c.Args["filename"], Size: n, via: c.s.id("U") + random(), pending: true}
	c.s.files[f.ID] = f
	return map[string]any{"upload_url": c.s.URL + "/upload/v1/" + f.via, "file_id": f.ID}, nil
}

// upload takes the bytes of a file; the URL is the permission.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = http.MaxBytesReader(w, r.Body, 64<<20)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		p, err := r.MultipartReader()
		if err != nil {
			http.Error(w, "bad form", http.StatusBadRequest)
			return
		}
		for part, err := p.NextPart(); ; part, err = p.NextPart() {
			if err != nil {
				http.Error(w, "bad form", http.StatusBadRequest)
				return
			}
			if part.FileName() != "" {
				body = part
				break
			}
		}
	}
	content, err := io.ReadAll(body)
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	leak := s.core.Leaks(string(content))
	s.mu.Lock()
	defer s.mu.Unlock()
	if leak {
		s.core.Violate(RuleSecret, "upload", "an uploaded file holds a planted secret")
	}
	for _, f := range s.files {
		if f.pending && f.via == r.PathValue("id") {
			if len(content) != f.Size {
				http.Error(w, "length mismatch", http.StatusBadRequest)
				return
			}
			f.Content = content
			_, _ = fmt.Fprintf(w, "OK - %d", len(content))
			return
		}
	}
	http.Error(w, "not found", http.StatusNotFound)
}

func (c *call) completeUpload() (map[string]any, error) {
	var files []struct{ ID, Title string }
	if err := c.decode("files", &files); err != nil {
		return nil, err
	}
	var ch *Channel
	var err error
	if c.Args["channel_id"] != "" {
		c.Args["channel"] = c.Args["channel_id"]
		if ch, err = c.writable(); err != nil {
			return nil, err
		}
	}
	var out []object
	var ids []string
	for _, x := range files {
		f := c.s.files[x.ID]
		if f == nil || !f.pending || f.Content == nil && f.Size > 0 {
			return nil, refuse("file_not_found")
		}
		ids = append(ids, f.ID)
	}
	if len(ids) == 0 {
		return nil, refuse("invalid_arguments")
	}
	for i, id := range ids {
		f := c.s.files[id]
		f.pending, f.Title = false, files[i].Title
		if ch != nil && !slices.Contains(f.Channels, ch.ID) {
			f.Channels = append(f.Channels, ch.ID)
		}
		out = append(out, c.s.fileObject(f, false))
	}
	if ch != nil {
		m := &Message{Text: c.Args["initial_comment"], User: c.tok.install.Bot, BotID: c.tok.install.BotID, Subtype: "file_share", Files: ids, Via: c.Method}
		if m.Thread, err = c.thread(ch); err != nil {
			return nil, err
		}
		c.s.post(ch, m)
		c.TS = m.TS
	}
	return map[string]any{"files": out}, nil
}
