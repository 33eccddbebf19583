package knowledge
import ("testing";"encoding/gob";"bytes";"time")
func TestX(t *testing.T){ var h header; d:=gob.NewDecoder(bytes.NewReader(builtin)); d.Decode(&h); t.Log(h.Index,h.Search,len(builtin)); var x index; t0:=time.Now(); d.Decode(&x); t.Log(time.Since(t0), len(x.Patterns), len(x.Sigs)); n:=0; for _,p:=range x.Patterns{n+=len(p.Need)}; t.Log("need",n)
t0=time.Now(); b,_:=decodeBase(builtin); t.Log(time.Since(t0)); _=b
t0=time.Now(); b,_=decodeBase(builtin); t.Log(time.Since(t0)); _=b}
func BenchmarkD(b *testing.B){ base,_:=Builtin(); in:=Input{Now:time.Now(),Text:[]byte("2023-04-06 22:10:26,299+0000 Caesium-1-2 WARN ServiceRunner [c.a.j.p.d.spi.github.GithubClientWithTimeout] Failed to execute request [GET /users/ORG1234] response code: 401, errors:\nBad credentials (401)\n")}
 in2:=in; in2.Text=[]byte(surrounded(string(in.Text))[:2500]); in3:=in; in3.Text=[]byte(surrounded("nothing here"))
 for n,i:=range map[string]Input{"two":in,"twenty":in2,"none":in3}{ b.Run(n,func(b *testing.B){b.ReportAllocs();for b.Loop(){base.Diagnose(i)}})}}
