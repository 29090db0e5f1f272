import time
import pulumi_aws as aws
from tests.sandbox.plugin_programs import attached
def test_x(cloud, tmp_path):
    def program():
        aws.s3.Bucket("b")
    import subprocess
    with attached(cloud,tmp_path) as stack:
      for i in range(4):
        t=time.time(); s=stack._stack(program); a=time.time(); s.up(); b=time.time(); s.preview();c=time.time(); print("stack",round(a-t,2),"up",round(b-a,2),"preview",round(c-b,2))
